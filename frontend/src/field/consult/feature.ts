import type { Feature } from '../frame/feature'

export default {
  places: [{ name: 'consult', path: '/consult', order: 30, icon: 'M4 5h16v11H12l-5 4v-4H4z' }],
  routes: [
    { path: '/consult', component: () => import('./ConsultList.vue'), meta: { place: 'consult' } },
    { path: '/consult/new/:activity', component: () => import('./ConsultForm.vue'), meta: { place: 'consult' }, props: true },
    { path: '/consult/:id', component: () => import('./ConsultForm.vue'), meta: { place: 'consult' }, props: true },
  ],
} satisfies Feature
