// check.mjs DASHBOARD.json…: holds dashboards against Grafana's own types, @grafana/schema, by the TypeScript compiler. Each
// part of a dashboard becomes a literal of its type, so that a misspelt option, a value that an enum lacks and a panel that
// Grafana doesn't have are compiler errors. Prints a line for each and ends with 1.
import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const types = path.join(here, 'node_modules/@grafana/schema/dist/types');
const faults = [];
const parts = []; // {where, type, value}

// panelTypes finds the types of a panel's options by its id: nodeGraph is in the folder nodegraph.
function panelTypes(id) {
  const file = path.join(types, 'raw/composable', id.toLowerCase(), 'panelcfg/x/types.gen.d.ts');
  if (!/^[a-zA-Z]+$/.test(id) || !fs.existsSync(file)) return null;
  const text = fs.readFileSync(file, 'utf8');
  const named = (name) => (new RegExp(`export (?:declare )?(?:interface|type) ${name}\\b`).test(text)
    ? `Plain<import(${JSON.stringify(file.replace(/\.d\.ts$/, ''))}).${name}>` : 'Record<string, never>');
  return { options: named('Options'), custom: named('FieldConfig') };
}

// nested makes {"a": {"b": value}} of "a.b", as an override's property id names a field's setting.
const nested = (id, value) => id.split('.').reduceRight((inner, key) => ({ [key]: inner }), value);

function addPanel(file, panel) {
  const where = `${file}, panel ${panel.id} ${JSON.stringify(panel.title)}`;
  const { options, fieldConfig, targets, transformations, ...rest } = panel;
  parts.push({ where, type: "Plain<Omit<S.Panel, 'options' | 'fieldConfig' | 'targets' | 'transformations'>>", value: rest });
  const own = panelTypes(panel.type);
  if (!own) {
    faults.push(`${where}: Grafana has no panel of type ${JSON.stringify(panel.type)}`);
    return;
  }
  const field = `Omit<Plain<S.FieldConfig>, 'custom'> & { custom?: ${own.custom} }`;
  if (options) parts.push({ where: `${where}, options`, type: own.options, value: options });
  parts.push({ where: `${where}, field defaults`, type: field, value: fieldConfig.defaults });
  for (const override of fieldConfig.overrides) {
    parts.push({ where: `${where}, override`, type: 'Plain<S.MatcherConfig>', value: override.matcher });
    for (const { id, value } of override.properties) {
      parts.push({ where: `${where}, override of ${JSON.stringify(override.matcher.options)}`, type: field, value: nested(id, value) });
    }
  }
  for (const t of transformations ?? []) parts.push({ where: `${where}, transformation`, type: 'Plain<S.DataTransformerConfig>', value: t });
}

for (const file of process.argv.slice(2)) {
  const { panels, templating, ...rest } = JSON.parse(fs.readFileSync(file, 'utf8'));
  const name = path.basename(file);
  parts.push({ where: name, type: "Plain<Omit<S.Dashboard, 'panels' | 'templating'>>", value: rest });
  for (const v of templating.list) parts.push({ where: `${name}, variable ${v.name}`, type: 'Plain<S.VariableModel> & Interval', value: v });
  for (const p of panels) addPanel(name, p);
}

// A literal may leave out what Grafana fills in; an enum's member is written as the text that it stands for.
let source = `import type * as S from ${JSON.stringify(path.join(types, 'index'))};
type Plain<T> = T extends string ? (string extends T ? string : \`\${T}\`)
  : T extends number | boolean | null | undefined ? T
  : T extends readonly (infer E)[] ? Plain<E>[]
  : T extends object ? { [K in keyof T]?: Plain<T[K]> } : T;
type Interval = { auto?: boolean; auto_min?: string; auto_count?: number }; // of interval variables, which the types forget
`;
const starts = parts.map(({ type, value }, i) => {
  const start = source.length;
  source += `export const part${i}: ${type} = ${JSON.stringify(value, null, 1)};\n`;
  return start;
});

const main = path.join(here, 'literals.ts');
const options = { noEmit: true, strict: true, skipLibCheck: true, types: [], target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler };
const host = ts.createCompilerHost(options);
const { getSourceFile, fileExists } = host;
host.getSourceFile = (name, ...more) => (name === main ? ts.createSourceFile(name, source, options.target, true) : getSourceFile(name, ...more));
host.fileExists = (name) => name === main || fileExists(name);
for (const found of ts.getPreEmitDiagnostics(ts.createProgram([main], options, host))) {
  const part = parts[starts.findLastIndex((start) => start <= (found.start ?? 0))];
  const line = found.file === undefined ? '' : found.file.text.slice(found.start).split('\n', 1)[0].trim();
  const [message] = ts.flattenDiagnosticMessageText(found.messageText, '\n').split('\n').slice(-1);
  faults.push(`${part?.where ?? 'checking'}: ${line}: ${message.trim()}`);
}
for (const fault of faults) console.log(fault);
console.log(`${parts.length} parts, ${faults.length} faults`);
process.exitCode = faults.length > 0 || parts.length === 0 ? 1 : 0;
