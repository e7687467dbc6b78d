import type { Feature } from '../frame/feature'

export default {
  places: [{ name: 'today', path: '/today', order: 10, icon: 'M4 11l8-7 8 7M6 9.500V20h12V9.500M10 20v-5h4v5' }],
  routes: [
    { path: '/today', component: () => import('./TodayScreen.vue'), meta: { place: 'today' } },
    { path: '/booth', redirect: '/today' },
  ],
} satisfies Feature
