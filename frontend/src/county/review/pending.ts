// How many items wait: the badge in the rail and the page agree.
import { ref } from 'vue'

export const pending = ref(0)
