import type { Feature } from '../frame/feature'

export default {
  routes: [{ path: '/lecture/:id', component: () => import('./LectureScreen.vue'), meta: { place: 'activity' }, props: true }],
} satisfies Feature
