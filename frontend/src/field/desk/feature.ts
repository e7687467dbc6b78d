import type { Feature } from '../frame/feature'

export default {
  routes: [{ path: '/desk/:id', component: () => import('./DeskScreen.vue'), meta: { place: 'activity' }, props: true }],
} satisfies Feature
