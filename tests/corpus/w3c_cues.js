/* Prints the cues of WebVTT files as W3C's parser has them, as JSON: [[start, end, words], …] a file, in
 * seconds; without the cues that have no words.
 *     node w3c_cues.js PARSER.JS FILE... */
"use strict"
const fs = require("fs")
const { WebVTTParser } = require(fs.realpathSync(process.argv[2]))

const words = node => (node.value || "") + (node.children || []).map(words).join("")

for (const path of process.argv.slice(3)) {
    const { cues } = new WebVTTParser().parse(fs.readFileSync(path, "utf-8"), "captions")
    const rows = cues.map(cue => [cue.startTime, cue.endTime, words(cue.tree)])
    console.log(JSON.stringify(rows.filter(row => row[2].trim())))
}
