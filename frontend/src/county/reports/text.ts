// A report's text between blocks and the editable page. The page is built from
// elements, never from markup, and read back the same way.
import type { Block, Link, Run } from '../api'

const tags: Record<string, string> = { title: 'h2', heading: 'h3', heading2: 'h4' }

/** render puts blocks into the page. */
export function render(root: HTMLElement, blocks: Block[]): void {
  root.replaceChildren(...blocks.map((block) => {
    const e = document.createElement(tags[block.kind] ?? 'p')
    e.dataset.kind = block.kind
    for (const run of block.runs) {
      if (!run.key) {
        e.append(run.text)
        continue
      }
      const s = document.createElement('span')
      s.className = 'fig'
      s.dataset.key = run.key
      if (run.exact) s.dataset.exact = '1'
      s.textContent = run.text
      e.append(s)
    }
    if (!e.firstChild) e.append(document.createElement('br'))
    return e
  }))
}

/** read is what the page says now. What the browser made of a paste or a split counts as text. */
export function read(root: HTMLElement): Block[] {
  const blocks: Block[] = []
  let loose: Block | null = null
  for (const node of root.childNodes) {
    if (node instanceof HTMLElement && !node.dataset.key && node.tagName !== 'BR') {
      loose = null
      blocks.push({ kind: node.dataset.kind ?? 'paragraph', runs: runs(node) })
    } else if (node.textContent) {
      if (!loose) blocks.push((loose = { kind: 'paragraph', runs: [] }))
      loose.runs.push(...runsOf(node))
    }
  }
  return blocks.filter((b) => b.runs.some((r) => r.text.trim() !== ''))
}

function runs(e: Node): Run[] {
  return [...e.childNodes].flatMap(runsOf)
}

function runsOf(node: Node): Run[] {
  if (node instanceof HTMLElement && node.dataset.key) {
    const text = node.textContent ?? ''
    return text ? [{ text, key: node.dataset.key, exact: node.dataset.exact === '1' }] : []
  }
  if (node instanceof HTMLElement) return runs(node)
  const text = (node.textContent ?? '').replace(/[\r\n]+/g, ' ')
  return text ? [{ text }] : []
}

/** flag marks the figures that were typed over and counts them. */
export function flag(root: HTMLElement, links: Link[]): number {
  const known = new Map(links.map((l) => [l.key, l]))
  let n = 0
  for (const s of root.querySelectorAll<HTMLElement>('.fig')) {
    const link = known.get(s.dataset.key ?? '')
    const over = !link || s.textContent !== (s.dataset.exact === '1' ? link.exact : link.shown)
    s.classList.toggle('over', over)
    s.title = link ? [link.name, link.define].filter(Boolean).join('：') : ''
    if (over) n++
  }
  return n
}
