// argoexec of Argo Workflows, without the sign-in of clouds. It ends with the status of the command that it ran, 137 where that was
// killed before it had one, and 64 where argoexec itself failed.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/argoproj/argo-workflows/v3/cmd/argoexec/commands"
	exits "github.com/argoproj/argo-workflows/v3/util/errors"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	err := commands.NewRootCommand().ExecuteContext(ctx)
	if err == nil {
		return
	}
	var exited exits.Exited
	if !errors.As(err, &exited) {
		fmt.Fprintln(os.Stderr, "argoexec:", err)
		os.Exit(64)
	}
	if exited.ExitCode() < 0 {
		os.Exit(137)
	}
	os.Exit(exited.ExitCode())
}
