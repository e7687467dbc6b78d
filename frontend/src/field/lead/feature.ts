import type { Feature } from '../frame/feature'

export default {
  places: [{ name: 'lead', path: '/lead', order: 60, icon: 'M9 15l6-6M10 6l1-1a4 4 0 016 6l-2 2M14 18l-1 1a4 4 0 01-6-6l2-2' }],
  routes: [
    { path: '/lead', component: () => import('./LeadList.vue'), meta: { place: 'lead' } },
    { path: '/lead/:id', component: () => import('./LeadPage.vue'), meta: { place: 'lead' }, props: true },
  ],
} satisfies Feature
