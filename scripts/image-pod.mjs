/**
 * Runs inside the sandbox of image-sandbox.mjs, where nothing outside reaches the ports: starts the program like the
 * entry point of the image, asks it what the probes of a cluster ask, and reports as JSON. Its argument is a PodJob.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { setTimeout as wait } from 'node:timers/promises';

const ENTRY = '/app/dist/main.js';
const PROBES = [8080, 8081].flatMap((port) => ['health', 'readiness'].map((path) => `${port}/${path}`));
const TICKS_PER_SECOND = 100;

const job = JSON.parse(process.argv[2]);
const upstream = job.upstream && (await serveUpstream(job.upstream));
const report = job.run ? await start(job.run).ended : await watchServer(start(job.serve));
upstream?.close();
process.stdout.write(`${JSON.stringify(report)}\n`);

async function watchServer(child) {
  const begin = performance.now();
  const since = () => Math.round(performance.now() - begin);
  const within = async (isDone) => {
    while (child.isRunning() && since() < (job.readyMs ?? 60_000)) {
      if (await isDone().catch(() => false)) return true;
      await wait(50);
    }
    return false;
  };
  const isReady = await within(async () => (await ask('8081/readiness')).status === 200);
  const readyMs = since();
  if (!isReady) {
    child.stop();
    return { ...(await child.ended), isReady };
  }
  if (job.servers !== undefined) await within(isAllListed);
  const listedMs = since();
  const probes = {};
  for (const probe of PROBES) probes[probe] = (await ask(probe)).status;
  const answers = {};
  for (const path of job.paths ?? []) answers[path] = await ask(`8080${path}`);
  const healthcheck = (await start(['healthcheck']).ended).stdout;
  const used = usage(child.pid);
  child.stop();
  return { ...(await child.ended), isReady, readyMs, listedMs, probes, answers, healthcheck, ...used };
}

async function isAllListed() {
  const { text } = await ask('8080/v1/sources');
  return JSON.parse(text).sources.some(({ syncStatus }) => syncStatus.serverCount >= job.servers);
}

function start(args) {
  const child = spawn(process.execPath, [ENTRY, ...args], {
    env: { ...process.env, ...job.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => (texts[name] += text));
  }
  const ended = new Promise((resolve) => child.once('close', (code) => resolve({ code, ...texts })));
  return {
    pid: child.pid,
    ended,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    stop: () => child.kill('SIGTERM'),
  };
}

async function ask(address) {
  const answer = await fetch(`http://127.0.0.1:${address}`, { signal: AbortSignal.timeout(10_000) });
  return { status: answer.status, text: await answer.text() };
}

function usage(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    peakBytes: Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) * 1024,
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
  };
}

async function serveUpstream(folder) {
  const [key, cert, text] = ['key.pem', 'cert.pem', 'registry.json'].map((name) =>
    readFileSync(`${folder}/${name}`, 'utf8'),
  );
  const server = createServer({ key, cert }, (_request, reply) => {
    reply.setHeader('content-type', 'application/json').end(text);
  });
  await new Promise((resolve) => server.listen(9443, '127.0.0.1', resolve));
  return server;
}
