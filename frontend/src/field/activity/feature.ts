import type { Feature } from '../frame/feature'

export default {
  places: [{ name: 'activity', path: '/activity', order: 20, icon: 'M5 4h14v17H5zM9 2v4M15 2v4M8.500 10h7M8.500 14h7M8.500 18h4' }],
  routes: [
    { path: '/activity', component: () => import('./ActivityList.vue'), meta: { place: 'activity' } },
    { path: '/activity/:id', component: () => import('./ActivityScreen.vue'), meta: { place: 'activity' }, props: true },
  ],
} satisfies Feature
