import type { Feature } from '../frame/feature'
import { state } from '../state'

export default {
  places: [{ name: 'sync', path: '/sync', order: 100, key: 'Alt+S', icon: 'M20 11a8 8 0 00-14.500-4L4 9M4 4v5h5M4 13a8 8 0 0014.500 4L20 15M20 20v-5h-5', badge: () => state.sync?.waiting ?? 0 }],
  routes: [{ path: '/sync', component: () => import('./SyncScreen.vue'), meta: { place: 'sync' } }],
} satisfies Feature
