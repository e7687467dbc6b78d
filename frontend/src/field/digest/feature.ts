import type { Feature } from '../frame/feature'

export default {
  places: [{ name: 'digest', path: '/digest', order: 70, icon: 'M6 4h12v16H6zM9 8h6M9 12h6M9 16h4' }],
  routes: [
    { path: '/digest', component: () => import('./DigestList.vue'), meta: { place: 'digest' } },
    { path: '/digest/slogans', component: () => import('./SloganList.vue'), meta: { place: 'digest' } },
    { path: '/digest/new/:from?', component: () => import('./DigestForm.vue'), meta: { place: 'digest' }, props: true },
    { path: '/digest/:id', component: () => import('./DigestForm.vue'), meta: { place: 'digest' }, props: true },
  ],
} satisfies Feature
