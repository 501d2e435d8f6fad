// argo-lint reads manifests from the files named and judges each as `argo lint --offline --strict` does: by Argo's own parser and
// validator. The argo command itself would add its server, with a web page and a database, to what is built.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"

	wf "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v3/workflow/common"
	"github.com/argoproj/argo-workflows/v3/workflow/validate"
)

// What one file refers to must stand in that file.
type templates map[string]*wf.WorkflowTemplate

func (t templates) Get(name string) (*wf.WorkflowTemplate, error) {
	if found, ok := t[name]; ok {
		return found, nil
	}
	return nil, fmt.Errorf("workflow template %q is not in this file", name)
}

type noClusterTemplates struct{}

func (noClusterTemplates) Get(name string) (*wf.ClusterWorkflowTemplate, error) {
	return nil, fmt.Errorf("cluster workflow template %q is not in this file", name)
}

// A Kubernetes object beside Argo's is not judged: its schema is checked elsewhere.
func judge(object any, known templates) (isArgo bool, err error) {
	options := validate.ValidateOpts{Lint: true}
	switch o := object.(type) {
	case *wf.Workflow:
		return true, validate.ValidateWorkflow(known, noClusterTemplates{}, o, nil, options)
	case *wf.WorkflowTemplate:
		return true, validate.ValidateWorkflowTemplate(known, noClusterTemplates{}, o, nil, options)
	case *wf.CronWorkflow:
		return true, validate.ValidateCronWorkflow(context.Background(), known, noClusterTemplates{}, o, nil)
	}
	return false, nil
}

func lint(path string) (judged int, problems []error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, []error{err}
	}
	objects := common.ParseObjects(bytes.TrimSpace(text), true)
	known := templates{}
	for _, parsed := range objects {
		if t, ok := parsed.Object.(*wf.WorkflowTemplate); ok {
			known[t.Name] = t
		}
	}
	for _, parsed := range objects {
		isArgo, err := judge(parsed.Object, known)
		if isArgo {
			judged++
		}
		if isArgo || parsed.Object == nil {
			err = errors.Join(parsed.Err, err)
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", path, err))
		}
	}
	return judged, problems
}

func main() {
	total, failed := 0, false
	for _, path := range os.Args[1:] {
		judged, problems := lint(path)
		total += judged
		for _, problem := range problems {
			failed = true
			fmt.Println(problem)
		}
	}
	fmt.Printf("%d objects\n", total)
	if failed || total == 0 {
		os.Exit(1)
	}
}
