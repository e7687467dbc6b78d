import { reactive } from 'vue'
import { Tray } from '../../shared/api.gen'
import { on } from '../../shared/events'
import type { Feature } from '../frame/feature'
import { state } from '../state'

/** How many records wait for the officer; counted after every exchange. */
export const tray = reactive({ count: 0 })
export async function countTray(): Promise<void> {
  if (state.kit?.enrolled) tray.count = await Tray.Count()
}
let soon: ReturnType<typeof setTimeout> | undefined
setTimeout(() => {
  void countTray().catch(() => undefined)
  on('sync', () => {
    clearTimeout(soon)
    soon = setTimeout(() => void countTray().catch(() => undefined), 400)
  })
}, 1500)

export default {
  places: [{ name: 'tray', path: '/tray', order: 110, icon: 'M4 13l2-8h12l2 8v6H4zM4 13h5l1 3h4l1-3h5', badge: () => tray.count }],
  routes: [{ path: '/tray', component: () => import('./TrayScreen.vue'), meta: { place: 'tray' } }],
} satisfies Feature
