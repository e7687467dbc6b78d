import { reactive } from 'vue'
import { Kit } from '../../shared/api.gen'
import { router } from '../router'
import { refreshSync, showSync, state, tell } from '../state'

/** Whether the tour is open. */
export const tour = reactive({ open: false })

/** Puts sample data in front of the officer; her own records lie untouched. */
export async function startPractice(): Promise<void> {
  try {
    state.kit = await Kit.StartPractice()
    await refreshSync()
    await router.push('/today')
    tour.open = true
  } catch (e) {
    tell(e)
  }
}

/** Goes back to the laptop's own records. */
export async function endPractice(): Promise<void> {
  try {
    tour.open = false
    state.kit = await Kit.EndPractice()
    showSync(null)
    await refreshSync()
    await router.push('/today')
  } catch (e) {
    tell(e)
  }
}
