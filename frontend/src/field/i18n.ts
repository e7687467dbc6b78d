import { createI18n } from 'vue-i18n'
import { en, zh } from './locales'

export const i18n = createI18n({ legacy: false, locale: 'zh-CN' as 'zh-CN' | 'en', fallbackLocale: 'zh-CN', messages: { 'zh-CN': zh, en } })
