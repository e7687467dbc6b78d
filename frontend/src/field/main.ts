import { createApp } from 'vue'
import { ElMessage } from 'element-plus'
import 'element-plus/dist/index.css'
import '../shared/tokens.css'
import { readTypedDates } from '../shared/typeddate'
import './field.css'
import App from './App.vue'
import { i18n } from './i18n'
import { tellOvertaken } from './record/overtaken'
import { router } from './router'
import { place, start } from './state'

const app = createApp(App)
app.use(i18n)
void start().then(() => {
  app.use(router)
  app.mount('#app')
  tellOvertaken()
  readTypedDates(() => ElMessage({ ...place, type: 'warning', message: i18n.global.t('date.unknown') }))
})
