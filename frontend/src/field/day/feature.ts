import type { Feature } from '../frame/feature'

export default {
  routes: [{ path: '/day', component: () => import('./DayScreen.vue'), meta: { place: 'today' } }],
} satisfies Feature
