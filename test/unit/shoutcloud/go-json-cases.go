// Writes how Go's encoding/json reads each body, as one JSON object per line. "answer" is missing if Go reports an error.
// Bodies and answers are bytes. Each byte is written as one character (U+0000 to U+00FF).
//
//	go run test/unit/shoutcloud/go-json-cases.go > test/unit/shoutcloud/go-json-cases.txt
package main

import (
	"encoding/json"
	"fmt"
	"strings"
)

var bodies = []string{
	``, ` `, "\r\n\t", `null`, ` null`, `nullx`, `null{`, `nul`, `nulL`, "null\v",
	`{}`, ` {} `, `{`, `[]`, `[{"INPUT":"a"}]`, `"a"`, `1`, `true`, `undefined`,
	`{"INPUT":"a"}`, "\n{\t\"INPUT\" : \"a\" ,\r\"x\" : 1 }", `{"INPUT":"a"}{"INPUT":"b"}`, `{"INPUT":"a"}rubbish`, `{"INPUT":"a"}}`,
	`{"INPUT":"a"`, `{"INPUT":"a`, `{"INPUT":"a]`, `{"INPUT":"a"]`, `{"INPUT":["a"}`, `{"INPUT":"a",}`, `{,"INPUT":"a"}`, `{"INPUT" "a"}`,
	`{INPUT:"a"}`, `{'INPUT':'a'}`, `{"INPUT":"a" "b"}`, `{"INPUT":"a":"b"}`, "{\v\"INPUT\":\"a\"}", "{\"INPUT\":\u00a0\"a\"}",
	"\ufeff{\"INPUT\":\"a\"}", `{"INPUT":"a"/**/}`, `{"INPUT":"\u0061"}`, `{"\u0049NPUT":"a"}`,
	`{"input":"a"}`, `{"InPuT":"a"}`, `{"INPUT ":"a"}`, "{\"\u0131nput\":\"a\"}", "{\"\u0130nput\":\"a\"}", "{\"\uff29NPUT\":\"a\"}", `{"IN\u0000PUT":"a"}`,
	`{"INPUT":"a","INPUT":"b"}`, `{"INPUT":"a","input":"b"}`, `{"input":"a","INPUT":"b"}`, `{"INPUT":"a","INPUT":null}`, `{"INPUT":"a","INPUT":""}`,
	`{"INPUT":1,"INPUT":"a"}`, `{"INPUT":"a","INPUT":1}`, `{"INPUT":null}`, `{"INPUT":nul}`, `{"INPUT":1}`, `{"INPUT":true}`, `{"INPUT":["a"]}`,
	`{"INPUT":{"INPUT":"a"}}`, `{"INPUT":[]}`, `{"INPUT":{}}`, `{"OUTPUT":"b"}`, `{"OUTPUT":1}`, `{"OUTPUT":null,"INPUT":"a"}`, `{"OUTPUT":[],"INPUT":"a"}`,
	`{"output":{},"INPUT":"a"}`, `{"INPUT":"a","OUTPUT":"b"}`, `{"x":{"INPUT":1},"INPUT":"a"}`, `{"x":[{"INPUT":1},":","}"],"INPUT":"a"}`,
	`{"x":"{","INPUT":"a"}`, `{"x":"\"}","INPUT":"a"}`, `{"__proto__":{"INPUT":"b"},"INPUT":"a"}`, `{"x":1e999,"INPUT":"a"}`, `{"x":01,"INPUT":"a"}`,
	`{"x":-,"INPUT":"a"}`, `{"x":1.,"INPUT":"a"}`, `{"x":NaN,"INPUT":"a"}`, `{"INPUT":"a","x":tru}`, `{"":"b","INPUT":"a"}`,
	"{\"INPUT\":\"a\nb\"}", "{\"INPUT\":\"a\x00b\"}", "{\"INPUT\":\"a\x7fb\"}", `{"INPUT":"\x"}`, `{"INPUT":"\u12"}`, `{"INPUT":"\u12G4"}`, `{"INPUT":"\'"}`,
	`{"INPUT":"\"\\\/\b\f\n\r\t"}`, `{"INPUT":"\u0000\u0001\u000b\u001f\u007f\u0080\u00a0"}`, `{"INPUT":"<script>&'\u003c</script>"}`,
	`{"INPUT":"\u2027\u2028\u2029\u202a"}`, "{\"INPUT\":\"\u2028\u2029\"}", "{\"INPUT\":\"\u00fcn\u00efc\u00f6d\u00e9 \U0001f389 \ufeff \ufffd \uffff\"}",
	`{"INPUT":"\ud83c\udf89"}`, `{"INPUT":"\ud83c"}`, `{"INPUT":"\udf89"}`, `{"INPUT":"\udf89\ud83c"}`, `{"INPUT":"\ud83c\ud83c\udf89"}`,
	`{"INPUT":"\ud83cx\udf89"}`, `{"INPUT":"\ud83c\u0041"}`, `{"INPUT":"\ud83c\n"}`, "{\"INPUT\":\"\\ud83c\U0001f389\\udf89\"}", `{"INPUT":"\uD83C\uDF89\uFFFD"}`,
	"{\"INPUT\":\"\xff\"}", "{\"INPUT\":\"\x80\xbf\"}", "{\"INPUT\":\"\xc3\"}", "{\"INPUT\":\"\xc3(\"}", "{\"INPUT\":\"\xc0\xaf\"}", "{\"INPUT\":\"\xc1\xbf\"}",
	"{\"INPUT\":\"\xe2\x82\"}", "{\"INPUT\":\"\xe2\x82a\"}", "{\"INPUT\":\"\xe0\x80\xaf\"}", "{\"INPUT\":\"\xed\xa0\x80\"}", "{\"INPUT\":\"\xed\xa0\xbc\xed\xbe\x89\"}",
	"{\"INPUT\":\"\xf0\x9f\x8e\"}", "{\"INPUT\":\"\xf0\x9f\x8ea\"}", "{\"INPUT\":\"\xf0\x80\x80\x80\"}", "{\"INPUT\":\"\xf4\x90\x80\x80\"}", "{\"INPUT\":\"\xf5\x80\x80\x80\"}",
	"{\"INPUT\":\"\xf0\x9f\x8e\x89\xf0\x9f\x8e\xe2\x82\xac\"}", "{\"INPUT\":\"\xff\xc3\xa9\xff\"}", "{\"IN\xffPUT\":\"a\"}", "{\"INPUT\":\"a\"\xff}", "\xff{\"INPUT\":\"a\"}",
	"{\"INPUT\":\"a\xe2\"}", "{\"INPUT\":\"\xc3\xa9\"}\xff", "\xff\xfe{\x00\"\x00",
}

type shout struct{ INPUT, OUTPUT string }

type result struct {
	Body   string  `json:"body"`
	Answer *string `json:"answer,omitempty"`
}

func main() {
	for _, body := range bodies {
		line, _ := json.Marshal(result{characters(body), answer(body)})
		fmt.Println(string(line))
	}
}

func answer(body string) *string {
	var asked shout
	if json.NewDecoder(strings.NewReader(body)).Decode(&asked) != nil {
		return nil
	}
	asked.OUTPUT = strings.ToUpper(asked.INPUT)
	answer, _ := json.Marshal(asked)
	written := characters(string(answer))
	return &written
}

func characters(bytes string) string {
	var text strings.Builder
	for i := range len(bytes) {
		text.WriteRune(rune(bytes[i]))
	}
	return text.String()
}
