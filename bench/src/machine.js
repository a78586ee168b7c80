/** What the figures were measured on and against. */
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'

/**
 * @typedef {object} Machine
 * @property {string} cpu
 * @property {string} node
 * @property {Readonly<Record<string, string>>} versions of Turnpike and of every package it is measured beside
 */

/** @returns {Machine} */
export function describeMachine() {
  const all = cpus()
  return {
    cpu: `${all.length} x ${all[0]?.model.trim() ?? 'unknown'}, ${process.platform} ${process.arch}`,
    node: process.version,
    versions: {
      turnpike: read('../../packages/core/package.json').version,
      ...Object.fromEntries(peers().map(({ name, installed }) => [name, installed ?? 'missing'])),
    },
  }
}

/**
 * @returns {readonly { name: string, wanted: string, installed: string | undefined }[]} what package.json pins, and what
 * stands in node_modules
 */
export function peers() {
  /** @type {Record<string, string>} */
  const wanted = read('../package.json').dependencies
  return Object.entries(wanted).map(([name, version]) => ({
    name,
    wanted: version,
    installed: versionOf(`../node_modules/${name}/package.json`),
  }))
}

/**
 * @param {Machine} machine
 * @returns {string}
 */
export function formatMachine({ cpu, node, versions }) {
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return `${cpu}; Node ${node}; ${list.join(', ')}`
}

/** @param {string} path */
function versionOf(path) {
  try {
    return read(path).version
  } catch {
    return undefined
  }
}

/** @param {string} path */
function read(path) {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))
}
