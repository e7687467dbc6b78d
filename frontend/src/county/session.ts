// Who is signed in. One place decides what an ended session means: back to the
// sign-in page, with the address kept.
import { ref } from 'vue'
import { toError } from '../shared/rpc'
import { County, type Me } from './api'
import { ended, goOn, openOn } from './period'

export const me = ref<Me | null>(null)
export const known = ref(false) // whether the first question has been answered

/** restore asks who is signed in; the server gives /login only to those who are not. */
export async function restore(): Promise<void> {
  if (location.pathname.endsWith('/login')) return void (known.value = true)
  try {
    me.value = await County.Me()
    openOn(me.value.newest)
  } catch {
    me.value = null
  } finally {
    known.value = true
  }
}

/** newYear takes a page that was left open over New Year to the new year, once it has a record. */
export async function newYear(): Promise<void> {
  if (ended()) goOn((await County.Me()).newest)
}

/** signIn fails with the code "factor" when the account's telephone is to show a code. */
export async function signIn(name: string, password: string, code = ''): Promise<void> {
  me.value = await (code ? County.LoginWithCode(name, password, code) : County.Login(name, password))
  openOn(me.value.newest)
  if (location.pathname.endsWith('/login')) history.replaceState(null, '', location.pathname.replace(/login$/, '') + location.hash)
}

export async function signOut(): Promise<void> {
  try {
    await County.Logout()
  } finally {
    me.value = null
  }
}

/** checked passes errors on, but for an ended session, which shows the sign-in page. */
export async function checked<T>(work: Promise<T>): Promise<T> {
  const asking = me.value
  try {
    return await work
  } catch (error) {
    // What was asked before somebody signed in tells nothing of this session.
    if (toError(error).code === 'session' && me.value === asking) me.value = null
    throw error
  }
}
