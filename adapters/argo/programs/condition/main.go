// condition prints true or false as Argo's controller decides on a template's conditions:
//
//	condition when TEXT                          of a step, its parameters filled in
//	condition retry EXPRESSION STATUS EXIT_CODE  of a retryStrategy, about the last attempt
package main

import (
	"fmt"
	"os"

	"github.com/Knetic/govaluate"
	"github.com/argoproj/argo-workflows/v3/util/expr/argoexpr"
	"github.com/argoproj/argo-workflows/v3/util/expr/env"
)

// Words without quotes are texts.
func when(text string) (any, error) {
	parsed, err := govaluate.NewEvaluableExpression(text)
	if err != nil {
		return nil, err
	}
	tokens := parsed.Tokens()
	for i := range tokens {
		if tokens[i].Kind == govaluate.VARIABLE {
			tokens[i].Kind = govaluate.STRING
		}
	}
	if parsed, err = govaluate.NewEvaluableExpressionFromTokens(tokens); err != nil {
		return nil, err
	}
	return parsed.Evaluate(nil)
}

func retry(expression, status, exitCode string) (any, error) {
	return argoexpr.EvalBool(expression, env.GetFuncMap(map[string]any{
		"lastRetry.status":   status,
		"lastRetry.exitCode": exitCode,
		"lastRetry.duration": "1",
		"lastRetry.message":  "",
	}))
}

func main() {
	var result any
	err := fmt.Errorf("see the top of this program")
	if len(os.Args) == 3 && os.Args[1] == "when" {
		result, err = when(os.Args[2])
	} else if len(os.Args) == 5 && os.Args[1] == "retry" {
		result, err = retry(os.Args[2], os.Args[3], os.Args[4])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "condition:", err)
		os.Exit(1)
	}
	fmt.Println(result)
}
