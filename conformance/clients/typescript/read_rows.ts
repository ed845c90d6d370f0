// A program written against the generated types: it is compiled strictly, then reads real rows.
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

// An answer may also be CSV; this program asks for none.
type Json = "application/json" | "application/problem+json";
const client = createClient<paths, Json>({ baseUrl: process.argv[2] });

const tasks = await client.GET("/v1/tasks", { params: { query: { area: ["xxjyj-2023-a3"] } } });
assert.ok(tasks.data);
assert.equal(tasks.data.meta.total, 6);
assert.deepEqual(tasks.data.data.map((task) => task.number), [7, 8, 9, 10, 11, 12]);

const target = await client.GET("/v1/targets/{code}", {
  params: { path: { code: "xxjyj-2023-public-kindergarten-share" } },
});
assert.ok(target.data);
const value: number | null = target.data.data.value;
assert.equal(value, 60);
assert.equal(target.data.data.value_status, "stated");

const refused = await client.GET("/v1/tasks", { params: { query: { area: ["xxjyj-2023-a33"] } } });
assert.equal(refused.response.status, 422);
const problem: components["schemas"]["Problem"] | undefined = refused.error;
assert.equal(problem?.status, 422);
assert.equal(problem.errors?.[0]?.suggestion, "xxjyj-2023-a3");

const changes = await client.GET("/v1/changes", {
  params: { query: { since: 3, material: [true], resource: ["targets"] } },
});
assert.ok(changes.data);
const corrected = changes.data.data.find((row) => row.field === "value");
const before: string | number | boolean | null | undefined = corrected?.before;
assert.deepEqual([before, corrected?.after], [60, 65]);

const history = await client.GET("/v1/indicators/{code}/history", {
  params: { path: { code: "aa-share" }, query: { vintages: "all" } },
});
assert.ok(history.data);
const versions = history.data.data.filter((row) => row.code === "aa-2024-share");
assert.deepEqual(versions.map((row): number | null => row.value), [60, 65]);
assert.equal(history.data.meta.versions.issuer_change, 0);

const diff = await client.GET("/v1/plans/{before}/diff/{after}", {
  params: { path: { before: "aa-2024", after: "aa-2025" } },
});
assert.ok(diff.data);
const share = diff.data.data.find((row) => row.indicator === "aa-share");
assert.deepEqual([share?.result, share?.ambition], ["changed", "more"]);
assert.equal(share?.changes.find((change) => change.field === "value")?.before, 65);
