// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

import Anthropic from '@anthropic-ai/sdk';
import { countingFetch, env, run, tool } from './common.mjs';

const client = new Anthropic({ baseURL: env.baseURL, apiKey: env.apiKey, fetch: countingFetch });

const request = {
  model: env.model,
  max_tokens: 500,
  system: 'You repeat what you are told.',
  messages: [{ role: 'user', content: [{ type: 'text', text: env.text }] }],
};

const textOf = (message) => message.content.filter((block) => block.type === 'text').map((block) => block.text).join('');

const summary = (message) => ({ text: textOf(message), finish: message.stop_reason, id: message.id, usage: message.usage });

async function plain() {
  return summary(await client.messages.create(request));
}

async function stream() {
  let text = '';
  const events = client.messages.stream(request).on('text', (delta) => { text += delta; });
  return { ...summary(await events.finalMessage()), text };
}

// One round trip by hand: the model asks, the application answers.
async function tools(streamed) {
  const offered = { ...request, tools: [{ name: tool.name, description: tool.description, input_schema: tool.schema }] };
  const say = (body) => (streamed ? client.messages.stream(body).finalMessage() : client.messages.create(body));
  const first = await say(offered);
  const call = first.content.find((block) => block.type === 'tool_use');
  const last = await say({
    ...offered,
    messages: [
      ...offered.messages,
      { role: 'assistant', content: first.content },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: `found ${call.input.who}` }] },
    ],
  });
  return { text: textOf(last), arguments: [call.input.who] };
}

async function abort() {
  const events = client.messages.stream(request);
  let text = '';
  for await (const event of events) {
    if (event.type === 'content_block_delta') text += event.delta.text;
    if (text.length > 0) break;
  }
  return { text, aborted: events.controller.signal.aborted };
}

async function count() {
  const { model, system, messages } = request;
  return { usage: await client.messages.countTokens({ model, system, messages }) };
}

async function models() {
  const page = await client.models.list();
  return { models: page.data.map((model) => model.id).sort() };
}

await run({
  plain,
  stream,
  abort,
  count,
  models,
  tools: () => tools(false),
  'tools-stream': () => tools(true),
});
