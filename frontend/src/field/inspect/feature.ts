import type { Feature } from '../frame/feature'

export default {
  routes: [
    { path: '/inspect', component: () => import('./InspectScreen.vue'), meta: { place: 'venue' } },
    { path: '/inspect/:id', component: () => import('./InspectScreen.vue'), meta: { place: 'venue' }, props: true },
  ],
} satisfies Feature
