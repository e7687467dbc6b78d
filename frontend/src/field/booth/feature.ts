import type { Feature } from '../frame/feature'

export default {
  routes: [
    { path: '/booth/:id', component: () => import('./BoothScreen.vue'), meta: { place: 'activity' }, props: true },
    { path: '/booth/:id/show', component: () => import('./BoothShow.vue'), meta: { place: 'activity' }, props: true },
  ],
} satisfies Feature
