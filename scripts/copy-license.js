/** Puts the licence beside a package that is about to be packed; npm runs this in the package's folder. */
import { copyFileSync } from 'node:fs'

copyFileSync(new URL('../LICENSE', import.meta.url), 'LICENSE')
