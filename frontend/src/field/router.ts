import { createRouter, createWebHashHistory } from 'vue-router'
import BoothList from './booth/BoothList.vue'

export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: '/', redirect: '/booth' },
    { path: '/booth', component: BoothList, meta: { place: 'booth' } },
    { path: '/booth/:id', component: () => import('./booth/BoothScreen.vue'), meta: { place: 'booth' }, props: true },
    { path: '/consult', component: () => import('./consult/ConsultList.vue'), meta: { place: 'consult' } },
    { path: '/consult/new/:activity', component: () => import('./consult/ConsultForm.vue'), meta: { place: 'consult' }, props: true },
    { path: '/consult/:id', component: () => import('./consult/ConsultForm.vue'), meta: { place: 'consult' }, props: true },
    { path: '/meeting', component: () => import('./meeting/MeetingList.vue'), meta: { place: 'meeting' } },
    { path: '/meeting/:id', component: () => import('./meeting/MeetingScreen.vue'), meta: { place: 'meeting' }, props: true },
    { path: '/venue', component: () => import('./venue/VenueList.vue'), meta: { place: 'venue' } },
    { path: '/sync', component: () => import('./sync/SyncScreen.vue'), meta: { place: 'sync' } },
    { path: '/settings', component: () => import('./settings/SettingsScreen.vue'), meta: { place: 'settings' } },
    { path: '/:rest(.*)*', redirect: '/booth' },
  ],
})
