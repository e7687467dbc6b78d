/// <reference types="vitest/config" />
import { writeFileSync } from 'node:fs'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

// Two pages out of one source: the officer's kit and the county's dashboard.
// The manifest tells the county server which files the sign-in page needs.
export default defineConfig({
  base: './',
  plugins: [vue(), keepFolder()],
  build: {
    target: 'chrome90',
    manifest: true,
    chunkSizeWarningLimit: 900,
    rollupOptions: { input: { kit: 'index.html', county: 'county.html' } },
  },
  test: { environment: 'happy-dom', include: ['test/**/*.test.ts'], server: { deps: { inline: ['element-plus'] } } },
})

// The Go program embeds dist, so the folder must exist in a fresh checkout.
function keepFolder() {
  return { name: 'keep-folder', closeBundle: () => writeFileSync('dist/.gitignore', '*\n!.gitignore\n') }
}
