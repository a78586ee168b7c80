/** `npm start -w examples/nestjs` runs on Express, `npm start -w examples/nestjs -- fastify` on Fastify. */
import { NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger'
import { AppModule } from './app.module.ts'

const platform = process.argv[2] === 'fastify' ? new FastifyAdapter() : new ExpressAdapter()
const app = await NestFactory.create(AppModule, platform, { logger: ['error', 'warn'] })
app.enableShutdownHooks()
app.enableCors()

const description = new DocumentBuilder().setTitle('Tools behind a gate').build()
SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, description))

await app.listen(Number(process.env['PORT'] ?? 3409), '127.0.0.1')
const url = await app.getUrl()
console.log(`Nest is up at ${url}

   curl -i ${url}/tools/search
   curl -i -X POST ${url}/tools/call
   Swagger: ${url}/docs
`)
