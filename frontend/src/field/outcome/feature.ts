import type { Feature } from '../frame/feature'

export default { routes: [{ path: '/outcome', component: () => import('./OutcomeList.vue'), meta: { place: 'digest' } }] } satisfies Feature
