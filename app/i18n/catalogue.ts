/**
 * The one message catalogue: English and Spanish side by side, so that neither can be forgotten.
 * A message is a text with `{names}` in it, or one text per plural form, chosen by its `{count}`.
 * Plain words, sentence case, active voice; no tariff codes. Staff pages speak English and use the common part of it.
 */

import { portalMessages } from "./portal.ts";

/** The plural forms that English and Spanish have. */
export type PluralText = { readonly one: string; readonly other: string };
export type MessageText = string | PluralText;
export type Message = { readonly en: MessageText; readonly es: MessageText };

export const catalogue = {
  ...portalMessages,

  // The page itself
  "page.skip": { en: "Skip to main content", es: "Saltar al contenido principal" },
  "page.menu": { en: "Menu", es: "Menú" },
  "page.back": { en: "Back", es: "Volver" },
  "page.navigation": { en: "Main", es: "Principal" },
  "page.language": { en: "Language", es: "Idioma" },
  "page.signIn": { en: "Sign in", es: "Iniciar sesión" },
  "page.signOut": { en: "Sign out", es: "Cerrar sesión" },
  "page.settings": { en: "Settings", es: "Configuración" },
  "page.help": { en: "Help", es: "Ayuda" },
  "page.print": { en: "Print", es: "Imprimir" },
  "page.close": { en: "Close", es: "Cerrar" },
  "page.signedInAs": { en: "Signed in as {name}", es: "Sesión de {name}" },
  "page.emergency": { en: "Emergency, any time: {phone}", es: "Emergencias, a toda hora: {phone}" },
  "page.questions": { en: "Questions? Call {phone}, {hours}", es: "¿Preguntas? Llame al {phone}, {hours}" },

  // Appearance
  "theme.label": { en: "Appearance", es: "Apariencia" },
  "theme.auto": { en: "As my device", es: "Como mi dispositivo" },
  "theme.light": { en: "Light", es: "Claro" },
  "theme.dark": { en: "Dark", es: "Oscuro" },

  // Portal navigation
  "nav.home": { en: "Home", es: "Inicio" },
  "nav.bills": { en: "Bills", es: "Facturas" },
  "nav.usage": { en: "Usage", es: "Consumo" },
  "nav.requests": { en: "Requests", es: "Solicitudes" },
  "nav.pay": { en: "Pay", es: "Pagar" },

  // Accounts
  "account.label": { en: "Account", es: "Cuenta" },
  "account.number": { en: "Account {number}", es: "Cuenta {number}" },
  "account.switch": { en: "Switch account", es: "Cambiar de cuenta" },
  "account.yours": { en: "Your accounts", es: "Sus cuentas" },
  "account.add": { en: "Add an account", es: "Agregar una cuenta" },
  "account.service": { en: "Service address", es: "Dirección del servicio" },

  // Money
  "money.credit": { en: "Credit {amount}", es: "Crédito {amount}" },
  "money.due": { en: "Due {date}", es: "Vence el {date}" },
  "money.pastDue": { en: "{amount} is past due", es: "{amount} está vencido" },
  "money.notYetDue": { en: "{amount} is not due yet", es: "{amount} aún no vence" },
  "money.youOwe": { en: "You owe", es: "Usted debe" },
  "money.yourCredit": { en: "Your credit", es: "Su crédito" },
  "money.nothingOwed": { en: "You owe nothing right now", es: "No debe nada por ahora" },
  "money.pay": { en: "Pay {amount}", es: "Pagar {amount}" },
  "money.payBill": { en: "Pay", es: "Pagar" },
  "money.lastPayment": { en: "Last payment", es: "Último pago" },
  "money.pending": { en: "On its way", es: "En camino" },
  "money.received": { en: "Received", es: "Recibido" },
  "money.returned": { en: "Returned", es: "Devuelto" },
  "money.total": { en: "Total", es: "Total" },
  "money.amount": { en: "Amount", es: "Monto" },

  // Bills
  "bill.one": { en: "Bill", es: "Factura" },
  "bill.soFar": { en: "Bill so far", es: "Factura hasta hoy" },
  "bill.projected": { en: "Likely {low} to {high} by {date}", es: "Probablemente de {low} a {high} para el {date}" },
  "bill.lastBill": { en: "Last bill", es: "Última factura" },
  "bill.period": { en: "{from} to {to}", es: "Del {from} al {to}" },
  "bill.days": { en: { one: "{count} day", other: "{count} days" }, es: { one: "{count} día", other: "{count} días" } },
  "bill.download": { en: "Download PDF", es: "Descargar PDF" },
  "bill.why": { en: "Why this amount?", es: "¿Por qué este monto?" },
  "bill.howWorked": { en: "How we worked it out", es: "Cómo lo calculamos" },
  "bill.paid": { en: "Paid", es: "Pagada" },
  "bill.canceled": { en: "Replaced", es: "Reemplazada" },
  "bill.open": { en: "Not paid yet", es: "Sin pagar" },
  "bill.pastDue": { en: "Past due", es: "Vencida" },
  "bill.none": { en: "No bills yet", es: "Aún no hay facturas" },
  "bill.noneHint": { en: "Your first bill will be here on {date}.", es: "Su primera factura estará aquí el {date}." },

  // Services
  "service.water": { en: "Water", es: "Agua" },
  "service.sewer": { en: "Sewer", es: "Alcantarillado" },
  "service.electric": { en: "Electricity", es: "Electricidad" },
  "service.gas": { en: "Natural gas", es: "Gas natural" },

  // Usage
  "usage.title": { en: "Usage", es: "Consumo" },
  "usage.last14": { en: "Last 14 days", es: "Últimos 14 días" },
  "usage.actual": { en: "Measured", es: "Medido" },
  "usage.estimated": { en: "Estimated", es: "Estimado" },
  "usage.projected": { en: "Expected", es: "Previsto" },
  "usage.range": { en: "Likely range", es: "Rango probable" },
  "usage.lastYear": { en: "A year before", es: "Un año antes" },
  "usage.usual": { en: "Usual range", es: "Rango habitual" },
  "usage.temperature": { en: "High temperature, °F", es: "Temperatura máxima, °F" },
  "usage.noData": { en: "No reading", es: "Sin lectura" },
  "usage.day": { en: "Day", es: "Día" },
  "usage.hour": { en: "Hour", es: "Hora" },
  "usage.month": { en: "Month", es: "Mes" },
  "usage.average": { en: "Average", es: "Promedio" },
  "usage.none": { en: "No usage yet", es: "Aún no hay consumo" },
  "usage.noneHint": { en: "Usage shows here the day after your meter first reports.", es: "El consumo aparece aquí el día después del primer reporte de su medidor." },

  // Charts
  "chart.figures": { en: "Show the figures", es: "Ver las cifras" },
  "chart.from": { en: "From", es: "Desde" },
  "chart.highest": { en: "Highest: {label}, {value}.", es: "Máximo: {label}, {value}." },
  "chart.total": { en: "Total: {value}.", es: "Total: {value}." },
  "chart.step": { en: "Step", es: "Tramo" },
  "chart.price": { en: "Price", es: "Precio" },
  "chart.used": { en: "You used", es: "Usted usó" },
  "chart.charge": { en: "Charge", es: "Cargo" },
  "chart.firstUnits": { en: "First {to}", es: "Primeros {to}" },
  "chart.nextUnits": { en: "{from} to {to}", es: "De {from} a {to}" },
  "chart.restUnits": { en: "Above {from}", es: "Más de {from}" },
  "chart.allUnits": { en: "All", es: "Todo" },
  "chart.pricePer": { en: "{price} per {unit}", es: "{price} por {unit}" },

  // Requests
  "request.new": { en: "New request", es: "Nueva solicitud" },
  "request.none": { en: "No requests", es: "No hay solicitudes" },
  "request.noneHint": { en: "Report a leak, ask about a bill, or start or stop service, and follow it here.", es: "Reporte una fuga, pregunte por una factura, o inicie o termine un servicio, y sígalo aquí." },
  "request.open": { en: "Open", es: "Abierta" },
  "request.done": { en: "Done", es: "Terminada" },

  // Forms
  "form.problem": { en: { one: "There is a problem", other: "There are {count} problems" }, es: { one: "Hay un problema", other: "Hay {count} problemas" } },
  "form.error": { en: "Error:", es: "Error:" },
  "form.optional": { en: "optional", es: "opcional" },
  "form.save": { en: "Save", es: "Guardar" },
  "form.continue": { en: "Continue", es: "Continuar" },
  "form.cancel": { en: "Cancel", es: "Cancelar" },
  "form.sending": { en: "Sending", es: "Enviando" },
  "form.showPassword": { en: "Show", es: "Mostrar" },
  "form.hidePassword": { en: "Hide", es: "Ocultar" },
  "form.passwordShown": { en: "Password is shown", es: "La contraseña está visible" },
  "form.passwordHidden": { en: "Password is hidden", es: "La contraseña está oculta" },
  "form.choose": { en: "Choose one", es: "Elija una opción" },

  // Lists
  "list.newer": { en: "Newer", es: "Más recientes" },
  "list.older": { en: "Older", es: "Más antiguas" },
  "list.pages": { en: "Pages", es: "Páginas" },
  "list.today": { en: "Today", es: "Hoy" },
  "list.yesterday": { en: "Yesterday", es: "Ayer" },
  "list.all": { en: "See all", es: "Ver todo" },
  "list.details": { en: "Details", es: "Detalles" },

  // Live
  "live.connecting": { en: "Reconnecting. What you see may be a moment old.", es: "Reconectando. Lo que ve puede no estar al día." },
  "live.offline": { en: "You are offline. What you see is from {time}.", es: "Sin conexión. Lo que ve es de las {time}." },
  "live.readOnly": { en: "You can look but not change anything for the moment. Nothing is lost; try again in a few minutes.", es: "Por ahora puede ver, pero no cambiar nada. No se pierde nada; intente de nuevo en unos minutos." },
  "live.reload": { en: "Reload", es: "Recargar" },
  "live.back": { en: "Connected again", es: "Conexión restablecida" },

  // Signing in
  "auth.email": { en: "E-mail", es: "Correo electrónico" },
  "auth.password": { en: "Password", es: "Contraseña" },
  "auth.newPassword": { en: "New password", es: "Contraseña nueva" },
  "auth.passwordHint": { en: "At least {count} characters. Three or four words make a good one.", es: "Al menos {count} caracteres. Tres o cuatro palabras hacen una buena contraseña." },
  "auth.name": { en: "Your name", es: "Su nombre" },
  "auth.signInTitle": { en: "Sign in", es: "Iniciar sesión" },
  "auth.forgot": { en: "Forgot your password?", es: "¿Olvidó su contraseña?" },
  "auth.noSignIn": { en: "No sign-in yet?", es: "¿Aún no tiene acceso?" },
  "auth.register": { en: "Register", es: "Regístrese" },
  "auth.registerTitle": { en: "Register", es: "Registrarse" },
  "auth.registerIntro": { en: "See your bills and usage and pay online. Have a bill at hand: next, we ask for your account number.", es: "Consulte sus facturas y su consumo y pague en línea. Tenga una factura a mano: después le pediremos su número de cuenta." },
  "auth.haveSignIn": { en: "Registered already?", es: "¿Ya está registrado?" },
  "auth.registerAction": { en: "Register", es: "Registrarse" },
  "auth.signedOut": { en: "You are signed out.", es: "Su sesión se cerró." },
  "auth.passwordChanged": { en: "Your password is set. Sign in with it.", es: "Su contraseña está guardada. Inicie sesión con ella." },
  "auth.forgotTitle": { en: "Choose a new password", es: "Elegir una contraseña nueva" },
  "auth.forgotIntro": { en: "We send a link to your e-mail. It works for one hour.", es: "Le enviamos un enlace a su correo. Funciona durante una hora." },
  "auth.forgotAction": { en: "Send the link", es: "Enviar el enlace" },
  "auth.forgotSent": { en: "If this address has a sign-in, a link is on its way to it. Look in your mail.", es: "Si esta dirección tiene acceso, un enlace va en camino. Revise su correo." },
  "auth.setTitle": { en: "Choose your password", es: "Elija su contraseña" },
  "auth.setIntro": { en: "For {email}. You will be signed out everywhere else.", es: "Para {email}. Se cerrará su sesión en todos los demás lugares." },
  "auth.setAction": { en: "Set the password", es: "Guardar la contraseña" },
  "auth.linkTitle": { en: "Link your account", es: "Vincular su cuenta" },
  "auth.linkIntro": { en: "Both are on your last bill.", es: "Ambos están en su última factura." },
  "auth.accountNumber": { en: "Account number", es: "Número de cuenta" },
  "auth.fact": { en: "Total due, or the bill number", es: "Total a pagar, o el número de la factura" },
  "auth.factHint": { en: "As on your last bill, for example $96.35. It shows us that the bill is yours.", es: "Como en su última factura, por ejemplo $96.35. Nos muestra que la factura es suya." },
  "auth.linkAction": { en: "Link the account", es: "Vincular la cuenta" },
  "auth.invitationTitle": { en: "You are invited", es: "Tiene una invitación" },
  "auth.invitationIntro": { en: "{utility} invites you to account {number}.", es: "{utility} le invita a la cuenta {number}." },
  "auth.invitationAs": { en: "It will be linked to {name} ({email}).", es: "Se vinculará a {name} ({email})." },
  "auth.invitationAccept": { en: "Accept", es: "Aceptar" },
  "auth.invitationRegister": { en: "Register and accept", es: "Registrarse y aceptar" },
  "auth.invitationSignIn": { en: "Sign in and accept", es: "Iniciar sesión y aceptar" },
  "auth.linkOverTitle": { en: "This link is over", es: "Este enlace ya no sirve" },
  "auth.linkOverIntro": { en: "It has been used, or its time has passed. Ask for a new one.", es: "Ya se usó o pasó su plazo. Pida uno nuevo." },
  "auth.enterName": { en: "Enter your name", es: "Escriba su nombre" },
  "auth.enterEmail": { en: "Enter an e-mail address, like ana@example.com", es: "Escriba un correo electrónico, como ana@example.com" },
  "auth.enterPassword": { en: "Enter your password", es: "Escriba su contraseña" },
  "auth.enterAccountNumber": { en: "Enter the account number from your bill", es: "Escriba el número de cuenta de su factura" },
  "auth.enterFact": { en: "Enter the total due or the bill number from your last bill", es: "Escriba el total a pagar o el número de su última factura" },
  "auth.emailTaken": { en: "This e-mail has a sign-in already. Sign in, or choose a new password", es: "Este correo ya tiene acceso. Inicie sesión o elija una contraseña nueva" },
  "auth.passwordShort": { en: "Use at least {count} characters", es: "Use al menos {count} caracteres" },
  "auth.passwordLong": { en: "Use at most {count} characters", es: "Use como máximo {count} caracteres" },
  "auth.passwordSimple": { en: "Choose a password that is harder to guess", es: "Elija una contraseña más difícil de adivinar" },
  "auth.signInWrong": { en: "The e-mail or the password is not right. Check both, or choose a new password", es: "El correo o la contraseña no son correctos. Revíselos o elija una contraseña nueva" },
  "auth.tooManyTries": { en: "Too many tries. Try again after {time}, or call us", es: "Demasiados intentos. Inténtelo de nuevo después de {time} o llámenos" },
  "auth.linkWrong": { en: "We cannot link an account with these details. Compare both with your last bill, or call us", es: "No podemos vincular una cuenta con estos datos. Compárelos con su última factura o llámenos" },
  "auth.alreadyYours": { en: "This account is linked to you already", es: "Esta cuenta ya está vinculada a usted" },
  "auth.ownInvitation": { en: "You sent this invitation. It is for somebody else", es: "Usted envió esta invitación. Es para otra persona" },
  "auth.unavailable": { en: "Our records cannot be reached for the moment. Nothing was changed. Try again in a minute", es: "Por ahora no podemos acceder a nuestros registros. Nada cambió. Inténtelo de nuevo en un minuto" },

  // Pages that cannot be shown
  "problem.notFound": { en: "There is nothing here", es: "Aquí no hay nada" },
  "problem.notFoundMore": { en: "The address may be mistyped, or the page is not yours to see.", es: "Quizás la dirección está mal escrita, o la página no es para usted." },
  "problem.forbidden": { en: "This is not part of your work", es: "Esto no es parte de su trabajo" },
  "problem.unavailable": { en: "We will be right back", es: "Volvemos enseguida" },
  "problem.unavailableMore": { en: "Our records cannot be reached for the moment. Nothing is lost. Try again in a minute.", es: "Por ahora no podemos acceder a nuestros registros. No se pierde nada. Inténtelo de nuevo en un minuto." },
  "problem.fault": { en: "Something went wrong on our side", es: "Algo falló de nuestro lado" },
  "problem.faultMore": { en: "Nothing was lost. Try again; if it happens again, call us.", es: "No se perdió nada. Inténtelo de nuevo; si vuelve a pasar, llámenos." },
  "problem.home": { en: "Go to the first page", es: "Ir a la primera página" },

  // Meanings, said in words beside their colour
  "tone.info": { en: "Note", es: "Nota" },
  "tone.good": { en: "Done", es: "Listo" },
  "tone.warn": { en: "Attention", es: "Atención" },
  "tone.bad": { en: "Problem", es: "Problema" },
} as const satisfies Record<string, Message>;

export type MessageKey = keyof typeof catalogue;
