import type { Feature } from '../frame/feature'

export default {
  places: [{ name: 'stock', path: '/stock', order: 75, icon: 'M3 8l9-5 9 5v9l-9 5-9-5zM3 8l9 5 9-5M12 13v9' }],
  routes: [{ path: '/stock', component: () => import('./StockScreen.vue'), meta: { place: 'stock' } }],
} satisfies Feature
