import { createI18n } from 'vue-i18n'
import zh from './locales/zh-CN'
import en from './locales/en'
import * as api from './locales/api'
import * as figures from './locales/figures'
import * as registry from './locales/registry'
import * as work from './locales/work'
import * as reports from './locales/reports'
import * as review from './locales/review'
import * as accounts from './locales/accounts'
import * as factor from './locales/factor'
import * as backup from './locales/backup'

const KEY = 'fieldkit.language'

function first(): 'zh-CN' | 'en' {
  try {
    return localStorage.getItem(KEY) === 'en' ? 'en' : 'zh-CN'
  } catch {
    return 'zh-CN' // storage is switched off
  }
}

export const i18n = createI18n({ legacy: false, locale: first(), fallbackLocale: 'zh-CN', messages: { 'zh-CN': { ...zh, ...figures.zh, ...work.zh, ...api.zh, ...registry.zh, ...review.zh, ...reports.zh, ...accounts.zh, ...factor.zh, ...backup.zh }, en: { ...en, ...figures.en, ...work.en, ...api.en, ...registry.en, ...review.en, ...reports.en, ...accounts.en, ...factor.en, ...backup.en } } })

export function setLanguage(language: 'zh-CN' | 'en'): void {
  i18n.global.locale.value = language
  document.documentElement.lang = language
  try {
    localStorage.setItem(KEY, language)
  } catch {
    // the choice lasts until the page is closed
  }
}
