import type { Feature } from '../frame/feature'

export default {
  routes: [{ path: '/booth/:id', component: () => import('./BoothScreen.vue'), meta: { place: 'activity' }, props: true }],
} satisfies Feature
