import type { Feature } from '../frame/feature'

export default {
  places: [{ name: 'meeting', path: '/meeting', order: 25, icon: 'M9 11a3.5 3.5 0 100-7 3.5 3.5 0 000 7zM2.5 20a6.5 6.5 0 0113 0M16 11a3 3 0 100-6M18 14.5a6 6 0 013.5 5.5' }],
  routes: [
    { path: '/meeting', component: () => import('./MeetingList.vue'), meta: { place: 'meeting' } },
    { path: '/meeting/:id', component: () => import('./MeetingScreen.vue'), meta: { place: 'meeting' }, props: true },
  ],
} satisfies Feature
