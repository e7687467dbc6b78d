import type { ExportFile } from '../../shared/api.gen'

/** Hands a finished file to the browser's downloads. */
export function saveFile(file: ExportFile): void {
  const bytes = Uint8Array.from(atob(file.data), (c) => c.charCodeAt(0))
  const url = URL.createObjectURL(new Blob([bytes], { type: file.type }))
  const a = document.createElement('a')
  a.href = url
  a.download = file.name
  a.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
