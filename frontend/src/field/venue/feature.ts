import type { Feature } from '../frame/feature'

export default {
  places: [{ name: 'venue', path: '/venue', order: 40, icon: 'M12 21s7-6.2 7-11.5A7 7 0 005 9.500C5 14.800 12 21 12 21zM12 12a2.500 2.500 0 100-5 2.500 2.500 0 000 5z' }],
  routes: [{ path: '/venue', component: () => import('./VenueList.vue'), meta: { place: 'venue' } }],
} satisfies Feature
