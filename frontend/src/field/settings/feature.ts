import type { Feature } from '../frame/feature'

export default {
  places: [{ name: 'settings', path: '/settings', order: 110, key: 'Alt+Comma', icon: 'M4 7h10M18 7h2M4 17h2M10 17h10M16 4.500v5M8 14.500v5' }],
  routes: [{ path: '/settings', component: () => import('./SettingsScreen.vue'), meta: { place: 'settings' } }],
} satisfies Feature
