import { createRouter, createWebHashHistory } from 'vue-router'
import { features } from './frame/feature'

export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: '/', redirect: '/today' },
    ...features.flatMap((f) => f.routes),
    { path: '/:rest(.*)*', redirect: '/today' },
  ],
})
