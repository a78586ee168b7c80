import { afterAll, beforeAll } from '@jest/globals'
import { chromium, type Browser, type Page } from 'playwright-core'
import { findChromium } from '../../scripts/chromium.js'

/** Chromium as a machine without a screen, a network or an ordinary user runs it. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** A page that was visited, and what went wrong in it. */
export interface Visit {
  readonly page: Page
  /** Uncaught errors and complaints on the console, breaches of the content security policy among them. */
  readonly complaints: readonly string[]
}

/** One browser for the tests of a file; `before` runs in each page ahead of the page's own scripts. */
export function useBrowser(): { readonly visit: (url: string, before?: () => void) => Promise<Visit> } {
  let browser: Browser | undefined
  beforeAll(async () => {
    const executablePath = findChromium()
    if (executablePath === undefined) throw new Error('There is no Chromium: run `node scripts/chromium.js`.')
    browser = await chromium.launch({ executablePath, args: FLAGS })
  })
  afterAll(async () => await browser?.close())
  return {
    visit: async (url, before) => {
      if (browser === undefined) throw new Error('The browser is not running.')
      const page = await browser.newPage()
      const complaints: string[] = []
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text())
      })
      if (before !== undefined) await page.addInitScript(before)
      await page.goto(url)
      return { page, complaints }
    },
  }
}
