import type { Feature } from '../frame/feature'

export default {
  routes: [{ path: '/household/:id', component: () => import('./HouseholdScreen.vue'), meta: { place: 'activity' }, props: true }],
} satisfies Feature
