import type { Feature } from '../frame/feature'

export default {
  routes: [
    { path: '/meeting', component: () => import('./MeetingList.vue'), meta: { place: 'activity' } },
    { path: '/meeting/:id', component: () => import('./MeetingScreen.vue'), meta: { place: 'activity' }, props: true },
    { path: '/rates', component: () => import('./RatesScreen.vue'), meta: { place: 'activity' } },
  ],
} satisfies Feature
