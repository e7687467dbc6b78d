import { createRouter, createWebHashHistory } from 'vue-router'
import OverviewPage from './overview/OverviewPage.vue'
import { home, mayOpen } from './role'

export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: '/', name: 'overview', component: OverviewPage },
    { path: '/records/:table(activity|handout|consultation|attendance)', name: 'records', component: () => import('./records/RecordsPage.vue') },
    { path: '/record/:table([a-z_]+)/:id', name: 'record', component: () => import('./records/RecordPage.vue') },
    { path: '/figure/:code', name: 'figure', component: () => import('./figures/FigurePage.vue') },
    { path: '/interfaces/:tab(import|try|tokens)', name: 'interfaces', component: () => import('./interfaces/InterfacesPage.vue') },
    { path: '/analysis', name: 'analysis', component: () => import('./analysis/AnalysisPage.vue') },
    { path: '/plan', name: 'plan', component: () => import('./plan/PlanPage.vue') },
    { path: '/review', name: 'review', component: () => import('./review/ReviewPage.vue') },
    { path: '/registries/:tab(unit|officer|venue|material|period|duplicates|codes|rules)', name: 'registries', component: () => import('./registries/RegistriesPage.vue') },
    { path: '/registries', redirect: '/registries/unit' },
    { path: '/reports', name: 'reports', component: () => import('./reports/ReportsPage.vue') },
    { path: '/report/:id', name: 'report', component: () => import('./reports/ReportPage.vue') },
    { path: '/devices', name: 'devices', component: () => import('./devices/DevicesPage.vue') },
    { path: '/audit', name: 'audit', component: () => import('./settings/AuditPage.vue') },
    { path: '/settings', name: 'settings', component: () => import('./settings/SettingsPage.vue') },
    { path: '/:rest(.*)', redirect: '/' },
  ],
})

// An account that does not see a place is led to where it begins.
router.beforeEach((to) => mayOpen(String(to.name)) || { name: home() })
