import type { Feature } from '../frame/feature'

export default { routes: [{ path: '/post', component: () => import('./PostList.vue'), meta: { place: 'digest' } }] } satisfies Feature
