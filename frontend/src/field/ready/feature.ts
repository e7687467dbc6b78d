import type { Feature } from '../frame/feature'

export default {
  routes: [{ path: '/ready', component: () => import('./ReadyScreen.vue'), meta: { place: 'today' } }],
} satisfies Feature
