import type { Feature } from '../frame/feature'

export default {
  places: [{ name: 'tally', path: '/tally', order: 77, icon: 'M6 4v16M10 4v16M14 4v16M18 4v16M3 17L21 7' }],
  routes: [{ path: '/tally', component: () => import('./TallyScreen.vue'), meta: { place: 'tally' } }],
} satisfies Feature
