import { computed, ref, type ComputedRef, type Ref } from 'vue'

/** Rows that are ticked, to change them together. */
export interface Picked {
  ids: Ref<Set<string>>
  count: ComputedRef<number>
  has(id: string): boolean
  toggle(id: string): void
  /** Ticks what is shown, or clears it when all of it is ticked. */
  toggleAll(): void
  clear(): void
}

export function usePicked(shown: () => { id: string }[]): Picked {
  const ids = ref(new Set<string>())
  return {
    ids,
    count: computed(() => ids.value.size),
    has: (id) => ids.value.has(id),
    toggle(id) {
      const next = new Set(ids.value)
      if (!next.delete(id)) next.add(id)
      ids.value = next
    },
    toggleAll() {
      const all = shown().map((r) => r.id)
      ids.value = all.every((id) => ids.value.has(id)) ? new Set() : new Set(all)
    },
    clear: () => (ids.value = new Set()),
  }
}
