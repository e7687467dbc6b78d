// What a call may carry is limited; a larger picture is made smaller first. The
// program downscales every photo again, so nothing is lost that it would keep.
const limit = 8 << 20
const side = 3200

function base64(bytes: Uint8Array): string {
  let s = ''
  for (let i = 0; i < bytes.length; i += 0x8000) s += String.fromCharCode(...bytes.subarray(i, i + 0x8000))
  return btoa(s)
}

/** A picture file as base64, small enough for a call. One that cannot be read goes through as it is: the program says why. */
export async function fit(file: File): Promise<string> {
  if (file.size > limit) {
    try {
      const bitmap = await createImageBitmap(file)
      const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height))
      const canvas = document.createElement('canvas')
      canvas.width = Math.round(bitmap.width * scale)
      canvas.height = Math.round(bitmap.height * scale)
      canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
      const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', 0.9))
      if (blob) return base64(new Uint8Array(await blob.arrayBuffer()))
    } catch {
      return base64(new Uint8Array(await file.slice(0, 4096).arrayBuffer()))
    }
  }
  return base64(new Uint8Array(await file.arrayBuffer()))
}
