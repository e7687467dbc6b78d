import type { Feature } from '../frame/feature'

export default {
  routes: [{ path: '/counter/:id', component: () => import('./CounterScreen.vue'), meta: { place: 'activity' }, props: true }],
} satisfies Feature
