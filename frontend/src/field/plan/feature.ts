import type { Feature } from '../frame/feature'

export default {
  places: [{ name: 'plan', path: '/plan', order: 80, icon: 'M4 6h16v15H4zM4 10h16M8 3v5M16 3v5M8 15l3 3 5-5' }],
  routes: [{ path: '/plan', component: () => import('./PlanScreen.vue'), meta: { place: 'plan' } }],
} satisfies Feature
