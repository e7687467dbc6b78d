import { createI18n } from 'vue-i18n'
import en from './locales/en'
import zh from './locales/zh-CN'

export const i18n = createI18n({ legacy: false, locale: 'zh-CN' as 'zh-CN' | 'en', fallbackLocale: 'zh-CN', messages: { 'zh-CN': zh, en } })
